{{/* What the program is told, by the variables of its flags. */}}
{{- define "skyports.env" -}}
- name: SKYPORTS_LISTEN
  value: 0.0.0.0:7676
- name: SKYPORTS_PUBLIC_URL
  value: {{ .Values.publicUrl | trimSuffix "/" | quote }}
{{- if .Values.writeAsUser.enabled }}
- name: SKYPORTS_WRITE_AS_USER
  value: "true"
{{- with .Values.writeAsUser.groups }}
- name: SKYPORTS_WRITE_AS_GROUP
  value: {{ join "\n" . | quote }}
{{- end }}
{{- else }}
- name: SKYPORTS_READ_ONLY
  value: "true"
{{- end }}
{{- if eq (len .Values.namespaces) 1 }}
- name: SKYPORTS_NAMESPACE
  value: {{ first .Values.namespaces | quote }}
{{- else if .Values.namespaces }}
- name: SKYPORTS_KUBECONFIG
  value: /etc/skyports/contexts/kubeconfig
- name: SKYPORTS_ALL_CONTEXTS
  value: "true"
{{- else }}
- name: SKYPORTS_ALL_NAMESPACES
  value: "true"
{{- end }}
{{- if not .Values.checks }}
- name: SKYPORTS_NO_CHECKS
  value: "true"
{{- end }}
{{- if include "skyports.signsIn" . }}
{{- include "skyports.signInEnv" .Values.signIn }}
{{- else }}
- name: SKYPORTS_DANGEROUSLY_SHOW_TO_EVERYBODY
  value: "true"
{{- end }}
{{- end -}}

{{- define "skyports.signInEnv" }}
- name: SKYPORTS_SIGN_IN_ISSUER
  value: {{ .issuer | quote }}
- name: SKYPORTS_SIGN_IN_AUDIENCE
  value: {{ join "," .audiences | quote }}
- name: SKYPORTS_SIGN_IN_KEYS
  value: {{ .keysUrl | default "/etc/skyports/keys/jwks.json" | quote }}
- name: SKYPORTS_SIGN_IN_ALGORITHM
  value: {{ .algorithm | quote }}
- name: SKYPORTS_SIGN_IN_HEADER
  value: {{ .header | quote }}
{{- with .userClaim }}
- name: SKYPORTS_SIGN_IN_USER_CLAIM
  value: {{ . | quote }}
{{- end }}
{{- with .groupsClaim }}
- name: SKYPORTS_SIGN_IN_GROUPS_CLAIM
  value: {{ . | quote }}
{{- end }}
- name: SKYPORTS_SIGN_IN_USER_PREFIX
  value: {{ .userPrefix | quote }}
- name: SKYPORTS_SIGN_IN_GROUPS_PREFIX
  value: {{ .groupsPrefix | quote }}
{{- end -}}
