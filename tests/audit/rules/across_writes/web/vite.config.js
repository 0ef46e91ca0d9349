import fs from "node:fs";

fs.writeFileSync("/built/by/vite", "");
