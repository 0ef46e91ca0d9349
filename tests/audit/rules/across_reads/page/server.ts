if (!process.env.PAGE_SECRET) { // # want warning XA006
  throw new Error("PAGE_SECRET is missing");
}
const api: string = process.env.API_URL!;
const token = process.env.PAGE_TOKEN!; // # want warning XA006
const theme = process.env.PAGE_THEME ?? "light";
const debug = process.env.PAGE_DEBUG !== "";
// slipway:ignore XA006 the platform sets it
const region = process.env.PAGE_REGION!;
const zone = process.env.PAGE_ZONE!; // slipway:ignore XA006 the platform sets it
