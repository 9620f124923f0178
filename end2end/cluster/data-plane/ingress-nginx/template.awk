# Makes of the controller's own template one that Debian's nginx 1.22 understands:
# its modules are loaded, what it has no module for goes, and its files are kept
# where a rig may write. Routing, rewriting, headers and limits stay as they are.
/^pid / {
    print
    split("ndk_http http_lua http_set_misc http_headers_more_filter stream", modules, " ")
    for (i = 1; i in modules; i++)
        print "load_module /usr/lib/nginx/modules/" (i == 1 ? "" : "ngx_") modules[i] "_module.so;"
    next
}
# No Lua for streams: the controller only wants to tell somebody what to forward.
/^stream {/ {
    print "stream { server { listen 127.0.0.1:{{ .StreamPort }}; return OK; } }"
    in_stream = 1
}
in_stream { if (/^}/) in_stream = 0; next }
/^ *http2 on;/ { next }
{ gsub("/tmp/nginx", run); print }
