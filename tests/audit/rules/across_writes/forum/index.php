<?php
$avatars = "/avatars"; // # also XA028
mkdir($avatars);
file_put_contents("/posts/last.json", "{}"); // # also XA028
$file = fopen("/sessions/list", "a+"); // # also XA028
$read = fopen("/etc/forum.ini", "r");
$folder = sys_get_temp_dir(); // # also XA028
ftp_mkdir($connection, "/remote");
