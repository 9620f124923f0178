{{/* What can't be meant is refused before anything is made: what, why, and what to do instead. */}}
{{- define "skyports.check" -}}
{{- include "skyports.checkRequired" . -}}
{{- include "skyports.checkSignIn" . -}}
{{- include "skyports.checkWriting" . -}}
{{- include "skyports.checkHosts" . -}}
{{- include "skyports.checkReserved" . -}}
{{- end -}}

{{- define "skyports.checkRequired" -}}
{{- with .Values -}}
{{- if not .image.repository -}}
{{- fail "image.repository is empty: there is no published image. Build one with deploy/Containerfile, push it, and name it: --set image.repository=registry.example.com/tools/skyports" -}}
{{- end -}}
{{- if not .publicUrl -}}
{{- fail "publicUrl is empty: requests for any host that skyports does not know are refused, so nobody would see the page. Say how the team reaches it: --set publicUrl=https://ports.example.com" -}}
{{- end -}}
{{- if and .networkPolicy.enabled (not .networkPolicy.from) -}}
{{- fail "networkPolicy.from is empty: nobody would reach the page. Name who may, as NetworkPolicyPeers: the namespace of the proxy or of the ingress controller; or, if something else guards the pods, --set networkPolicy.enabled=false" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "skyports.checkSignIn" -}}
{{- $signIn := .Values.signIn -}}
{{- $keys := list $signIn.keysUrl $signIn.keysConfigMap.name | compact -}}
{{- if .Values.dangerouslyShowToEverybody -}}
{{- if or $signIn.issuer $signIn.audiences $keys -}}
{{- fail "signIn and dangerouslyShowToEverybody are both set: the page is either for those who sign in or for everybody. Take dangerouslyShowToEverybody away to have people sign in" -}}
{{- end -}}
{{- if .Values.writeAsUser.enabled -}}
{{- fail "writeAsUser and dangerouslyShowToEverybody are both set: who does not sign in is nobody, as whom nothing can be written. Configure signIn, or leave the page read-only" -}}
{{- end -}}
{{- else -}}
{{- range $name, $value := dict "signIn.issuer" $signIn.issuer "signIn.audiences" $signIn.audiences "signIn.keysUrl" $keys -}}
{{- if not $value -}}
{{- fail (printf "%s is empty: whoever reaches the page would see every cluster's names and addresses, so people must sign in. Set signIn.issuer, signIn.audiences and signIn.keysUrl (or signIn.keysConfigMap) to those of the proxy in front (docs/deploy.md); or, where everybody who can reach it may see it all, --set dangerouslyShowToEverybody=true" $name) -}}
{{- end -}}
{{- end -}}
{{- if and $signIn.keysUrl (not (hasPrefix "https://" $signIn.keysUrl)) -}}
{{- fail (printf "signIn.keysUrl is %s: whoever can change keys on their way can sign in as anybody, so they come by https alone. Name an https URL, or put the keys into a ConfigMap: signIn.keysConfigMap" $signIn.keysUrl) -}}
{{- end -}}
{{- range $name, $prefix := dict "signIn.userPrefix" $signIn.userPrefix "signIn.groupsPrefix" $signIn.groupsPrefix -}}
{{- if or (hasPrefix $prefix "system:") (hasPrefix "system:" $prefix) -}}
{{- fail (printf "%s is %q: a token could then name users and groups of Kubernetes' own, system:masters among them. Take the prefix that the API server is told for the same issuer, e.g. oidc:" $name $prefix) -}}
{{- end -}}
{{- end -}}
{{- if eq (len $keys) 2 -}}
{{- fail "signIn.keysUrl and signIn.keysConfigMap are both set: the keys come from one place. Take one away" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "skyports.checkWriting" -}}
{{- with .Values.writeAsUser -}}
{{- if and .enabled (not (semverCompare ">=1.36.0-0" $.Capabilities.KubeVersion.Version)) -}}
{{- fail (printf "writeAsUser needs Kubernetes 1.36 or newer, and this is %s: older ones can't constrain impersonation to what skyports does, and an account that may impersonate without bounds can do whatever anybody can. Leave writeAsUser.enabled=false: the page is read-only then" $.Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- range $name := .groups -}}
{{- if or (not $name) (hasPrefix "system:" $name) -}}
{{- fail (printf "writeAsUser names %q: nobody may write as a user or a member of a group of Kubernetes' own. Name those of the tokens, with their prefix, e.g. oidc:ml-team" $name) -}}
{{- end -}}
{{- end -}}
{{- if and (not .enabled) .groups -}}
{{- fail "writeAsUser.groups is set, and writeAsUser.enabled is not: nobody could write. Set it, or take them away" -}}
{{- end -}}
{{- if and .enabled (not $.Values.policy.enabled) -}}
{{- fail "writeAsUser is set and policy.enabled is not: rights to patch Services can't be bounded to SkyPilot's, and the policy is what does it. Leave policy.enabled=true" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* One origin with the apps would let any of them act as whoever reads the page. */}}
{{- define "skyports.checkHosts" -}}
{{- $why := "apps under /skypilot/… of that host share its origin, so any of them could read this page and act as whoever looks at it" -}}
{{- $what := "Give skyports a host name of its own, best under another domain than the apps'" -}}
{{- $hosts := list -}}
{{- range .Values.skypilot.hosts -}}{{- $hosts = append $hosts (include "skyports.host" .) -}}{{- end -}}
{{- $public := include "skyports.publicHost" . -}}
{{- if has $public $hosts -}}
{{- fail (printf "publicUrl is on %s, which is one of skypilot.hosts: %s. %s" $public $why $what) -}}
{{- end -}}
{{- if .Values.ingress.enabled -}}
{{- $host := include "skyports.host" .Values.ingress.host -}}
{{- if not $host -}}
{{- fail (printf "ingress.host is empty: the page would answer for every host, also for those of SkyPilot's own Ingresses, which name none: %s. %s" $why $what) -}}
{{- end -}}
{{- if or (eq $host "localhost") (hasSuffix ".localhost" $host) -}}
{{- fail (printf "ingress.host is %s, where SkyPilot's local cluster serves its apps: %s. %s" $host $why $what) -}}
{{- end -}}
{{- if contains "*" $host -}}
{{- fail (printf "ingress.host is %s, which stands for many hosts, some perhaps SkyPilot's: %s. %s" $host $why $what) -}}
{{- end -}}
{{- if has $host $hosts -}}
{{- fail (printf "ingress.host is %s, one of skypilot.hosts: %s. %s" $host $why $what) -}}
{{- end -}}
{{- if ne $host $public -}}
{{- fail (printf "ingress.host is %s and publicUrl is on %s: requests for any other host than publicUrl's are refused. Make them the same" $host $public) -}}
{{- end -}}
{{- end -}}
{{- if .Values.skypilot.lookup -}}
{{- range (lookup "networking.k8s.io/v1" "Ingress" "" "").items -}}
{{- $ingress := . -}}
{{- range .spec.rules -}}
{{- if eq (include "skyports.host" (.host | default "")) $public -}}
{{- range (.http | default dict).paths -}}
{{- if or (hasPrefix "/skypilot/" (.path | default "")) (hasPrefix "/skyports/" (.path | default "")) -}}
{{- fail (printf "publicUrl is on %s, where the Ingress %s/%s serves %s: %s. %s" $public $ingress.metadata.namespace $ingress.metadata.name .path $why $what) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "skyports.checkReserved" -}}
{{- range .Values.env -}}
{{- if hasPrefix "SKYPORTS_" .name -}}
{{- fail (printf "env sets %s: what skyports is told comes from the other values, so that they are checked together. Take it out of env" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
