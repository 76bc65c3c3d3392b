-- Una línea de JSON con los números de wrk, para la medición.
done = function(s, lat, req)
  local e = s.errors
  io.write(string.format(
    '\nJSON {"us":%d,"requests":%d,"bytes":%d,"connect":%d,"read":%d,"write":%d,' ..
    '"status":%d,"timeout":%d,"p50_us":%d,"p99_us":%d,"max_us":%d}\n',
    s.duration, s.requests, s.bytes, e.connect, e.read, e.write, e.status, e.timeout,
    lat:percentile(50), lat:percentile(99), lat.max))
end
