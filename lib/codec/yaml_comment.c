#include "yaml_internal.h"

void yaml_attach_comments(YamlScanner *scanner, Node *root, uint32_t first, uint32_t end)
{
    (void) scanner;
    (void) root;
    (void) first;
    (void) end;
}
