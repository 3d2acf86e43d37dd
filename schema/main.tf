# The root module between the tfvars that tierc writes and the modules rds, elasticache and eks of
# terraform-aws-modules. Written by `tierc schema --terraform --root`; keep it beside variables.tf,
# which `tierc schema --terraform` writes. What tierc cannot know is an input here: the network, the
# cluster and the secrets.

terraform {
  required_version = ">= 1.11.1"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.28"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "The AWS region: `region` of the environment's file."
  type        = string
  nullable    = false
}

variable "network" {
  description = "Where everything runs: the subnets, and who may connect. Without Redis, leave out the values for Redis."
  type = object({
    database_subnet_group_name  = string
    database_security_group_ids = list(string)
    redis_subnet_group_name     = optional(string)
    redis_security_group_ids    = optional(list(string), [])
    vpc_id                      = string
    node_subnet_ids             = list(string)
  })
  nullable = false
}

variable "cluster" {
  description = "The EKS cluster: its name is `cluster` of the environment's file."
  type = object({
    name                   = string
    kubernetes_version     = string
    endpoint_public_access = optional(bool, false)
  })
  nullable = false
}

variable "database_password" {
  description = "The password of the RDS master user. It is in no plan and in no state."
  type        = string
  sensitive   = true
  ephemeral   = true
  nullable    = false
}

variable "database_password_version" {
  description = "Raise it with each new password: Terraform cannot see that the password itself changed."
  type        = number
  default     = 1
  nullable    = false
}

variable "redis_auth_tokens" {
  description = "The AUTH token of each Redis group, by its name. A group without one has no AUTH."
  type        = map(string)
  sensitive   = true
  default     = {}
  nullable    = false
}

variable "redis_user_groups" {
  description = "The user group of each Redis group with a `user`, by its name. You create users and user groups, because they have passwords."
  type        = map(list(string))
  default     = {}
  nullable    = false
}

module "rds" {
  source  = "terraform-aws-modules/rds/aws"
  version = "~> 7.2"

  identifier                       = var.rds.identifier
  engine                           = var.rds.engine
  engine_version                   = var.rds.engine_version
  auto_minor_version_upgrade       = var.rds.auto_minor_version_upgrade
  family                           = var.rds.family
  major_engine_version             = var.rds.major_engine_version
  instance_class                   = var.rds.instance_class
  allocated_storage                = var.rds.allocated_storage
  max_allocated_storage            = var.rds.max_allocated_storage
  storage_type                     = var.rds.storage_type
  iops                             = var.rds.iops
  storage_throughput               = var.rds.storage_throughput
  storage_encrypted                = var.rds.storage_encrypted
  db_name                          = var.rds.db_name
  username                         = var.rds.username
  manage_master_user_password      = var.rds.manage_master_user_password
  port                             = var.rds.port
  multi_az                         = var.rds.multi_az
  create_db_parameter_group        = var.rds.create_db_parameter_group
  parameter_group_name             = var.rds.parameter_group_name
  parameter_group_use_name_prefix  = var.rds.parameter_group_use_name_prefix
  parameters                       = var.rds.parameters
  backup_retention_period          = var.rds.backup_retention_period
  backup_window                    = var.rds.backup_window
  maintenance_window               = var.rds.maintenance_window
  apply_immediately                = var.rds.apply_immediately
  deletion_protection              = var.rds.deletion_protection
  skip_final_snapshot              = var.rds.skip_final_snapshot
  final_snapshot_identifier_prefix = var.rds.final_snapshot_identifier_prefix

  password_wo            = var.database_password
  password_wo_version    = var.database_password_version
  db_subnet_group_name   = var.network.database_subnet_group_name
  vpc_security_group_ids = var.network.database_security_group_ids
  tags                   = var.tags
}

# A replica inherits the subnets, the role and the password of its source.
module "rds_replicas" {
  source   = "terraform-aws-modules/rds/aws"
  version  = "~> 7.2"
  for_each = var.rds_replicas

  identifier                      = each.value.identifier
  replicate_source_db             = each.value.replicate_source_db
  engine                          = each.value.engine
  engine_version                  = each.value.engine_version
  auto_minor_version_upgrade      = each.value.auto_minor_version_upgrade
  family                          = each.value.family
  major_engine_version            = each.value.major_engine_version
  instance_class                  = each.value.instance_class
  allocated_storage               = each.value.allocated_storage
  max_allocated_storage           = each.value.max_allocated_storage
  storage_type                    = each.value.storage_type
  iops                            = each.value.iops
  storage_throughput              = each.value.storage_throughput
  storage_encrypted               = each.value.storage_encrypted
  manage_master_user_password     = each.value.manage_master_user_password
  port                            = each.value.port
  multi_az                        = each.value.multi_az
  create_db_parameter_group       = each.value.create_db_parameter_group
  parameter_group_name            = each.value.parameter_group_name
  parameter_group_use_name_prefix = each.value.parameter_group_use_name_prefix
  parameters                      = each.value.parameters
  maintenance_window              = each.value.maintenance_window
  apply_immediately               = each.value.apply_immediately
  deletion_protection             = each.value.deletion_protection
  skip_final_snapshot             = each.value.skip_final_snapshot

  vpc_security_group_ids = var.network.database_security_group_ids
  tags                   = var.tags

  # `replicate_source_db` is a name, which orders nothing.
  depends_on = [module.rds]
}

module "elasticache" {
  source   = "terraform-aws-modules/elasticache/aws"
  version  = "~> 1.10"
  for_each = var.elasticache

  replication_group_id       = each.value.replication_group_id
  description                = each.value.description
  engine                     = each.value.engine
  engine_version             = each.value.engine_version
  node_type                  = each.value.node_type
  cluster_mode_enabled       = each.value.cluster_mode_enabled
  cluster_mode               = each.value.cluster_mode
  num_cache_clusters         = each.value.num_cache_clusters
  num_node_groups            = each.value.num_node_groups
  replicas_per_node_group    = each.value.replicas_per_node_group
  automatic_failover_enabled = each.value.automatic_failover_enabled
  multi_az_enabled           = each.value.multi_az_enabled
  transit_encryption_enabled = each.value.transit_encryption_enabled
  transit_encryption_mode    = each.value.transit_encryption_mode
  at_rest_encryption_enabled = each.value.at_rest_encryption_enabled
  create_parameter_group     = each.value.create_parameter_group
  parameter_group_family     = each.value.parameter_group_family
  parameter_group_name       = each.value.parameter_group_name
  parameters                 = each.value.parameters
  snapshot_retention_limit   = each.value.snapshot_retention_limit
  snapshot_window            = each.value.snapshot_window
  maintenance_window         = each.value.maintenance_window
  apply_immediately          = each.value.apply_immediately

  # ElastiCache accepts a token only with TLS.
  auth_token     = each.value.transit_encryption_enabled ? lookup(var.redis_auth_tokens, each.key, null) : null
  user_group_ids = lookup(var.redis_user_groups, each.key, null)

  create_subnet_group   = false
  subnet_group_name     = var.network.redis_subnet_group_name
  create_security_group = false
  security_group_ids    = var.network.redis_security_group_ids
  tags                  = var.tags

  # The module's default would create log groups in CloudWatch, which no estimate of tierc has.
  log_delivery_configuration = {}
}

# Leave this module out if another root has the cluster, and pass `eks_managed_node_groups` there.
module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 21.19"

  eks_managed_node_groups = var.node_groups

  name                   = var.cluster.name
  kubernetes_version     = var.cluster.kubernetes_version
  endpoint_public_access = var.cluster.endpoint_public_access
  vpc_id                 = var.network.vpc_id
  subnet_ids             = var.network.node_subnet_ids
  tags                   = var.tags

  # Without these, no node becomes ready.
  addons = {
    coredns    = {}
    kube-proxy = {}
    vpc-cni    = { before_compute = true }
  }
}

output "database_address" {
  description = "The primary's host, for `endpoint` of `database` or the Service <app>-postgres."
  value       = module.rds.db_instance_address
}

output "replica_addresses" {
  description = "The hosts of the read replicas, by identifier."
  value       = { for name, replica in module.rds_replicas : name => replica.db_instance_address }
}

output "redis_addresses" {
  description = "The host of each Redis group, for `endpoint` of `redis` or its Secret."
  value = {
    for name, group in module.elasticache : name => var.elasticache[name].cluster_mode_enabled ? group.replication_group_configuration_endpoint_address : group.replication_group_primary_endpoint_address
  }
}
