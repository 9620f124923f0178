-- Keeps what the controller posts: the backends with their endpoints.
local M = {}
local store = ngx.shared.configuration_data

function M.get_backends_data() return store:get("/configuration/backends") end

local function body()
  ngx.req.read_body()
  local file = ngx.req.get_body_file()
  if not file then return ngx.req.get_body_data() or "" end
  local handle = assert(io.open(file, "rb"))
  local text = handle:read("*a")
  handle:close()
  return text
end

function M.call()
  if ngx.req.get_method() ~= "POST" then
    return ngx.print(store:get(ngx.var.uri) or "")
  end
  local ok, err = store:set(ngx.var.uri, body())
  if not ok then
    ngx.log(ngx.ERR, "the configuration was not kept: ", err)
    return ngx.exit(ngx.HTTP_INTERNAL_SERVER_ERROR)
  end
  ngx.exit(ngx.HTTP_CREATED)
end

return M
