{{- define "skyports.name" -}}
{{- if contains "skyports" .Release.Name -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-skyports" (.Release.Name | trunc 41 | trimSuffix "-") }}
{{- end -}}
{{- end -}}

{{- define "skyports.account" -}}
{{ .Values.serviceAccount.name | default (include "skyports.name" .) }}
{{- end -}}

{{/* Objects of the cluster are named after the namespace, too: two releases do not meet. */}}
{{- define "skyports.clusterName" -}}
{{ printf "%s-%s" .Release.Namespace (include "skyports.name" .) }}
{{- end -}}

{{- define "skyports.selector" -}}
app.kubernetes.io/name: skyports
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "skyports.labels" -}}
{{ include "skyports.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end -}}

{{- define "skyports.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ printf "%s@%s" .repository .digest }}
{{- else -}}
{{ printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether somebody must sign in. */}}
{{- define "skyports.signsIn" -}}
{{- if not .Values.dangerouslyShowToEverybody }}yes{{ end -}}
{{- end -}}

{{/* A host as names are compared. */}}
{{- define "skyports.host" -}}
{{ . | toString | lower | trimSuffix "." }}
{{- end -}}

{{- define "skyports.publicHost" -}}
{{ include "skyports.host" (urlParse .Values.publicUrl).hostname }}
{{- end -}}

{{/* The subject of every binding. */}}
{{- define "skyports.subjects" -}}
subjects:
- kind: ServiceAccount
  name: {{ include "skyports.account" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}
