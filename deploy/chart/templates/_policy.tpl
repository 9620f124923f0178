{{/* What all policies have in common. Each is a closed list: what no shape fits is refused. */}}

{{/* Whose writes: the account's; with writeAsUser also those of others that bear our field manager, which
     is how a write by impersonation is told. */}}
{{- define "skyports.policyWho" -}}
{{- $account := printf "request.userInfo.username == 'system:serviceaccount:%s:%s'" .Release.Namespace (include "skyports.account" .) -}}
matchConditions:
- name: by-skyports
  {{- if .Values.writeAsUser.enabled }}
  expression: >-
    {{ $account }} || request.?options.?fieldManager.orValue('') == 'skyports'
  {{- else }}
  expression: >-
    {{ $account }}
  {{- end }}
{{- end -}}

{{- define "skyports.policyBinding" -}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ .name }}
  labels:
    {{- include "skyports.labels" .root | nindent 4 }}
spec:
  policyName: {{ .name }}
  validationActions: [Deny]
{{- end -}}

{{/* Variables about an object's metadata; `cluster` must be there: the cluster's name on the cloud. */}}
{{- define "skyports.policyMeta" -}}
- name: labels
  expression: "object == null ? {} : object.metadata.?labels.orValue({})"
- name: oldLabels
  expression: "oldObject == null ? {} : oldObject.metadata.?labels.orValue({})"
- name: annotations
  expression: "object == null ? {} : object.metadata.?annotations.orValue({})"
- name: oldAnnotations
  expression: "oldObject == null ? {} : oldObject.metadata.?annotations.orValue({})"
# Whether skyports made what is there.
- name: wasOurs
  expression: >-
    variables.cluster != '' &&
    variables.oldLabels[?'app.kubernetes.io/managed-by'].orValue('') == 'skyports' &&
    variables.oldLabels[?'skypilot-cluster-name'].orValue('') == variables.cluster
# Whether it says that skyports makes it, and nothing else that it did not say before.
- name: isLabelled
  expression: >-
    variables.labels[?'app.kubernetes.io/managed-by'].orValue('') == 'skyports' &&
    variables.labels[?'skypilot-cluster-name'].orValue('') == variables.cluster &&
    variables.labels.all(key,
      key in ['parent', 'skypilot-cluster-name', 'app.kubernetes.io/managed-by'] ||
      key in {{ .Values.policy.labels | toJson }} ||
      variables.oldLabels[?key] == optional.of(variables.labels[key]))
# Whether it ends with the cluster.
- name: isOwned
  expression: >-
    object != null && object.metadata.?finalizers.orValue([]).size() == 0 &&
    object.metadata.?ownerReferences.orValue([]).size() == 1 &&
    object.metadata.ownerReferences.all(owner,
      ((owner.kind == 'Pod' && owner.apiVersion == 'v1') ||
        (owner.kind == 'Deployment' && owner.apiVersion == 'apps/v1')) &&
      owner.name.startsWith(variables.cluster + '-') &&
      !owner.?controller.orValue(false) && !owner.?blockOwnerDeletion.orValue(false))
- name: keepsMeta
  expression: >-
    object != null && oldObject != null &&
    variables.labels == variables.oldLabels && variables.annotations == variables.oldAnnotations &&
    object.metadata.?ownerReferences.orValue([]) == oldObject.metadata.?ownerReferences.orValue([]) &&
    object.metadata.?finalizers.orValue([]) == oldObject.metadata.?finalizers.orValue([])
{{- end -}}
