# The variables that tierc writes, with the attribute names of terraform-aws-modules' rds (7),
# elasticache (1) and eks (managed node groups) modules. Written by `tierc schema --terraform`; copy
# it beside your modules. The variables contain no secrets.

variable "rds" {
  description = "The PostgreSQL instance. You provide its password, as password_wo. A password that RDS manages in Secrets Manager is rotated every seven days, which PgBouncer does not notice, and excludes read replicas."
  type = object({
    identifier                       = string
    engine                           = string
    engine_version                   = string
    auto_minor_version_upgrade       = bool
    family                           = string
    major_engine_version             = string
    instance_class                   = string
    allocated_storage                = number
    max_allocated_storage            = number
    storage_type                     = string
    iops                             = optional(number)
    storage_throughput               = optional(number)
    storage_encrypted                = bool
    db_name                          = string
    username                         = string
    manage_master_user_password      = bool
    port                             = string
    multi_az                         = bool
    create_db_parameter_group        = bool
    parameter_group_name             = string
    parameter_group_use_name_prefix  = bool
    parameters                       = list(object({ name = string, value = string, apply_method = string }))
    backup_retention_period          = number
    backup_window                    = string
    maintenance_window               = string
    apply_immediately                = bool
    deletion_protection              = bool
    skip_final_snapshot              = bool
    final_snapshot_identifier_prefix = string
  })
  nullable = false

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])*$", var.rds.identifier)) && length(var.rds.identifier) <= 63
    error_message = "identifier must be at most 63 lower-case letters, digits and single hyphens, beginning with a letter."
  }

  validation {
    condition     = var.rds.family == "postgres${var.rds.major_engine_version}" && split(".", var.rds.engine_version)[0] == var.rds.major_engine_version
    error_message = "family, major_engine_version and engine_version must name the same major version."
  }

  validation {
    condition     = var.rds.max_allocated_storage == 0 || var.rds.max_allocated_storage * 10 >= var.rds.allocated_storage * 11
    error_message = "max_allocated_storage must be 0 or at least 110% of allocated_storage."
  }

  validation {
    condition = alltrue([
      for parameter in var.rds.parameters : parameter.name != "max_connections" || parameter.apply_method == "pending-reboot"
    ])
    error_message = "max_connections takes effect at a reboot: its apply_method must be pending-reboot."
  }

  validation {
    condition     = !var.rds.deletion_protection || !var.rds.skip_final_snapshot
    error_message = "an instance that is protected from deletion must leave a final snapshot."
  }
}

variable "rds_replicas" {
  description = "The read replicas, by identifier. They depend on the instance that they replicate, but nothing here refers to it: add depends_on."
  type = map(object({
    identifier                      = string
    replicate_source_db             = string
    engine                          = string
    engine_version                  = string
    auto_minor_version_upgrade      = bool
    family                          = string
    major_engine_version            = string
    instance_class                  = string
    allocated_storage               = number
    max_allocated_storage           = number
    storage_type                    = string
    iops                            = optional(number)
    storage_throughput              = optional(number)
    storage_encrypted               = bool
    manage_master_user_password     = bool
    port                            = string
    multi_az                        = bool
    create_db_parameter_group       = bool
    parameter_group_name            = string
    parameter_group_use_name_prefix = bool
    parameters                      = list(object({ name = string, value = string, apply_method = string }))
    maintenance_window              = string
    apply_immediately               = bool
    deletion_protection             = bool
    skip_final_snapshot             = bool
  }))
  nullable = false

  validation {
    condition     = length(var.rds_replicas) <= 15
    error_message = "an instance has at most 15 read replicas."
  }

  validation {
    condition     = alltrue([for name, replica in var.rds_replicas : name == replica.identifier])
    error_message = "each replica must stand under its identifier."
  }
}

variable "elasticache" {
  description = "The replication groups, by name. You provide an AUTH token, as auth_token. An environment without Redis does not set this variable."
  type = map(object({
    replication_group_id       = string
    description                = string
    engine                     = string
    engine_version             = string
    node_type                  = string
    cluster_mode_enabled       = bool
    cluster_mode               = string
    num_cache_clusters         = optional(number)
    num_node_groups            = optional(number)
    replicas_per_node_group    = optional(number)
    automatic_failover_enabled = bool
    multi_az_enabled           = bool
    transit_encryption_enabled = bool
    transit_encryption_mode    = optional(string)
    at_rest_encryption_enabled = bool
    create_parameter_group     = bool
    parameter_group_family     = string
    parameter_group_name       = string
    parameters                 = list(object({ name = string, value = string }))
    snapshot_retention_limit   = number
    snapshot_window            = optional(string)
    maintenance_window         = optional(string)
    apply_immediately          = bool
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for group in values(var.elasticache) : can(regex("^[a-z](-?[a-z0-9])*$", group.replication_group_id)) && length(group.replication_group_id) <= 40
    ])
    error_message = "replication_group_id must be at most 40 lower-case letters, digits and single hyphens, beginning with a letter."
  }

  validation {
    condition = alltrue([
      for group in values(var.elasticache) : (group.num_cache_clusters == null) == group.cluster_mode_enabled && (group.num_node_groups != null) == group.cluster_mode_enabled
    ])
    error_message = "a group has num_node_groups in cluster mode, and num_cache_clusters outside of it."
  }

  validation {
    condition = alltrue([
      for group in values(var.elasticache) : !group.multi_az_enabled || group.automatic_failover_enabled
    ])
    error_message = "multi_az_enabled needs automatic_failover_enabled."
  }
}

variable "node_groups" {
  description = "The EKS managed node groups, by name. Each carries the label tierc.dev/node-group with its name; a group that runs only certain pools has a taint of the same key and value, which those pools tolerate."
  type = map(object({
    instance_types        = list(string)
    ami_type              = string
    capacity_type         = string
    min_size              = number
    max_size              = number
    desired_size          = number
    update_config         = object({ max_unavailable = number })
    labels                = map(string)
    taints                = map(object({ key = string, value = string, effect = string }))
    cloudinit_pre_nodeadm = optional(list(object({ content_type = string, content = string })))
  }))
  nullable = false

  validation {
    condition = alltrue([
      for group in values(var.node_groups) : group.min_size <= group.desired_size && group.desired_size <= group.max_size && group.max_size >= 1
    ])
    error_message = "desired_size must lie between min_size and max_size, and max_size must be at least 1."
  }

  validation {
    condition = alltrue([
      for group in values(var.node_groups) : contains(["ON_DEMAND", "SPOT"], group.capacity_type)
    ])
    error_message = "capacity_type must be ON_DEMAND or SPOT."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.tags) <= 50
    error_message = "a resource has at most 50 tags."
  }
}
