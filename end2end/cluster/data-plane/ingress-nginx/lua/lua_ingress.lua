-- Sets the variables of which the template makes X-Forwarded-*.
local M = {}
local config = {}

function M.set_config(new) config = new end
function M.init_worker() end
function M.header() end

function M.rewrite()
  ngx.var.pass_access_scheme = ngx.var.scheme
  ngx.var.best_http_host = ngx.var.http_host or ngx.var.host
  local port = ngx.var.pass_server_port
  ngx.var.pass_port = config.listen_ports and port == config.listen_ports.https and 443 or port
end

return M
