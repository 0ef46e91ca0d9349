-- One of three loads: wrk -s load.lua URL -- get|list|post TOKEN
local kind, token
local count = 0
local threads = 0

function setup(t)
  t:set("number", threads)
  threads = threads + 1
end

function init(args)
  kind, token = args[1], args[2]
  math.randomseed(number + 1)
  start = os.time()
end

function request()
  count = count + 1
  if kind == "get" then
    return wrk.format("GET", string.format("/api/v1/products/01900000-0001-7000-8000-%012x", math.random(1, 10000)))
  elseif kind == "list" then
    return wrk.format("GET", string.format("/api/v1/products?per_page=20&page=%d", math.random(1, 50)))
  end
  local body = string.format('{"name":"bench-%d-%d-%d","base_price":1250,"currency":"USD"}', start, number, count)
  return wrk.format("POST", "/api/v1/products", { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }, body)
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\n{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"bad":%d}\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    e.connect + e.read + e.write + e.status + e.timeout))
end
