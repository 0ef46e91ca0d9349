#include "base/fs.h"

#include "commands.h"

int main(int argc, char **argv)
{
    fs_open_standard_streams();
    return (int) cli_main(argc, argv, commands);
}
