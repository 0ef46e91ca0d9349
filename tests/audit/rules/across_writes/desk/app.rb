require "tempfile"

FileUtils.mkdir_p("/attachments") # also XA028
File.write("/counter/value", "0") # also XA028
File.open("/letters/last", "w") { |file| file << "x" } # also XA028
File.open("/etc/desk.yml", "r") { |file| file.read }
Tempfile.create("desk") # also XA028
Tempfile.create("desk", "/attachments")
