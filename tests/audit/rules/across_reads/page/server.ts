if (!process.env.PAGE_SECRET) { // # want warning XA006
  throw new Error("PAGE_SECRET is missing");
}
const api: string = process.env.API_URL!;
const token = process.env.PAGE_TOKEN!; // # want warning XA006
const theme = process.env.PAGE_THEME ?? "light";
const debug = process.env.PAGE_DEBUG !== "";
