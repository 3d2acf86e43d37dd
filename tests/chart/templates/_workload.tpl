{{- define "consumer.image" -}}
{{- with .image -}}
{{ .repository }}{{ with .tag }}:{{ . }}{{ end }}{{ with .digest }}@{{ . }}{{ end }}
{{- else -}}
registry.example.com/consumer/app:latest
{{- end -}}
{{- end }}

{{- /* A portion is a count, which Helm holds as a float, or a percentage. */}}
{{- define "consumer.portion" -}}
{{- if and (kindIs "string" .) (hasSuffix "%" .) }}{{ . | quote }}{{ else }}{{ . | int64 }}{{ end }}
{{- end }}

{{- define "consumer.labels" -}}
app.kubernetes.io/name: {{ .workload.name | quote }}
{{- range $name, $value := .root.Values.labels }}
{{ $name | quote }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "consumer.secretEnv" -}}
{{- range $name, $reference := . }}
- name: {{ $name | quote }}
  valueFrom:
    secretKeyRef:
      name: {{ $reference.name | quote }}
      key: {{ $reference.key | quote }}
{{- end }}
{{- end }}

{{- define "consumer.env" -}}
{{- range $name, $value := .workload.env }}
- name: {{ $name | quote }}
  value: {{ $value | quote }}
{{- end }}
{{- include "consumer.secretEnv" .workload.secretEnv }}
- name: POSTGRES_MODE
  value: {{ .root.Values.postgres.mode | quote }}
- name: POSTGRES_READ_REPLICAS
  value: {{ .root.Values.postgresExternalReplicas | int64 | quote }}
{{- with .root.Values.redis }}
- name: REDIS_MODE
  value: {{ .mode | quote }}
- name: REDIS_CLUSTER
  value: {{ .cluster | quote }}
{{- end }}
- name: PGBOUNCER_HOST
  value: {{ .root.Values.pgbouncer.host | quote }}
- name: PGBOUNCER_PORT
  value: {{ .root.Values.pgbouncer.port | int64 | quote }}
{{- end }}

{{- /* `replicas` is here only if the count is fixed: otherwise the autoscaler owns it. */}}
{{- define "consumer.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .workload.name | quote }}
  namespace: {{ .root.Values.namespace | quote }}
  labels: {{- include "consumer.labels" . | nindent 4 }}
spec:
  {{- if hasKey .workload "replicaCount" }}
  replicas: {{ .workload.replicaCount | int64 }}
  {{- end }}
  selector:
    matchLabels:
      app.kubernetes.io/name: {{ .workload.name | quote }}
  strategy:
    type: {{ .workload.strategy.type }}
    {{- with .workload.strategy.rollingUpdate }}
    rollingUpdate:
      maxSurge: {{ include "consumer.portion" .maxSurge }}
      maxUnavailable: {{ include "consumer.portion" .maxUnavailable }}
    {{- end }}
  template:
    metadata:
      labels: {{- include "consumer.labels" . | nindent 8 }}
        {{- range $name, $value := .workload.podLabels }}
        {{ $name | quote }}: {{ $value | quote }}
        {{- end }}
      {{- with .workload.queues }}
      annotations:
        {{- range $index, $queue := . }}
        {{ printf "consumer/queue-%d" $index }}: {{ list (default $queue.name $queue.list) (printf "%d" ($queue.length | int64)) $queue.type $queue.url $queue.brokers $queue.group | compact | join " " | quote }}
        {{- end }}
      {{- end }}
    spec:
      nodeSelector: {{- toYaml .workload.nodeSelector | nindent 8 }}
      {{- with .workload.terminationGracePeriodSeconds }}
      terminationGracePeriodSeconds: {{ . | int64 }}
      {{- end }}
      {{- with .workload.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .workload.topologySpreadConstraints }}
      topologySpreadConstraints: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .workload.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: app
          image: {{ include "consumer.image" .workload | quote }}
          env: {{- include "consumer.env" . | nindent 12 }}
          resources: {{- toYaml .workload.resources | nindent 12 }}
          {{- if .port }}
          ports:
            - name: http
              containerPort: {{ .port }}
          {{- end }}
{{- end }}

{{- define "consumer.hpa" -}}
{{- $autoscaling := .workload.autoscaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $autoscaling.name | quote }}
  namespace: {{ .root.Values.namespace | quote }}
  labels: {{- include "consumer.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ .workload.name | quote }}
  minReplicas: {{ $autoscaling.minReplicas | int64 }}
  maxReplicas: {{ $autoscaling.maxReplicas | int64 }}
  metrics: {{- toYaml $autoscaling.metrics | nindent 4 }}
  behavior: {{- toYaml $autoscaling.behavior | nindent 4 }}
{{- end }}
