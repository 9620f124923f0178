//go:build tools

// Package tools names the command that end2end/cluster/build compiles.
package tools

import _ "k8s.io/ingress-nginx/cmd/nginx"
