-- POST con un cuerpo de BENCH_BODY bytes.
dofile(os.getenv("BENCH_SCRIPTS") .. "/base.lua")
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/octet-stream"
wrk.body = string.rep("x", tonumber(os.getenv("BENCH_BODY") or "10485760"))
