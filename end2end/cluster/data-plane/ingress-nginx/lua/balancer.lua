-- Sends each request to the next endpoint of its backend, in turn. The controller's own
-- balancer wants libraries that Debian lacks.
local cjson = require("cjson.safe")
local peers = require("ngx.balancer")
local configuration = require("configuration")

local M = {}
local raw, backends = nil, {}
local turns = {}

local function endpoints_of(name)
  local now = configuration.get_backends_data()
  if now ~= raw then
    raw, backends = now, {}
    for _, backend in ipairs(cjson.decode(now or "[]") or {}) do
      backends[backend.name] = backend.endpoints
    end
  end
  local endpoints = backends[name]
  if type(endpoints) ~= "table" or #endpoints == 0 then return nil end
  return endpoints
end

function M.init_worker() end
function M.log() end

function M.rewrite()
  if not endpoints_of(ngx.var.proxy_upstream_name) then
    return ngx.exit(ngx.HTTP_SERVICE_UNAVAILABLE)
  end
end

function M.balance()
  local name = ngx.var.proxy_upstream_name
  local endpoints = endpoints_of(name)
  if not endpoints then return ngx.exit(ngx.HTTP_SERVICE_UNAVAILABLE) end
  local turn = (turns[name] or 0) % #endpoints + 1
  turns[name] = turn
  -- How many tries there are is nginx's to say (`proxy_next_upstream_tries`).
  peers.set_more_tries(1)
  local ok, err = peers.set_current_peer(endpoints[turn].address, tonumber(endpoints[turn].port))
  if not ok then ngx.log(ngx.ERR, "set_current_peer: ", err) end
end

return M
