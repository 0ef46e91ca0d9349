import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

const uploads = "/app/uploads"; // # also XA028

export async function store(id, body) {
  mkdirSync(uploads, { recursive: true });
  await fs.writeFile(path.join("/app/uploads", id), body);
  createWriteStream(`/app/reports/${id}.csv`); // # also XA028
  readFileSync("/app/words.txt");
  await client.mkdir("/remote/folder");
  return os.tmpdir(); // # also XA028
}
