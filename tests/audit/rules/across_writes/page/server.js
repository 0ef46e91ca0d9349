import fs from "node:fs";

fs.writeFileSync("/never/in/the/image", "");
