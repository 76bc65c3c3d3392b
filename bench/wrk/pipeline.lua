-- BENCH_DEPTH peticiones en cada escritura.
dofile(os.getenv("BENCH_SCRIPTS") .. "/base.lua")
local batch
init = function(args)
  local one = wrk.format("GET", wrk.path)
  batch = string.rep(one, tonumber(os.getenv("BENCH_DEPTH") or "16"))
end
request = function() return batch end
