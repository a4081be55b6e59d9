# An AWS Batch array job that writes a lake of InvokeTrail: each of its N children takes one share of the delivered folders.
# The container is yours: an image with the program `invoketrail`, see ../README.md.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "image" {
  description = "Image with the program invoketrail on its PATH, and a shell."
  type        = string
}

variable "trail_bucket" {
  description = "Bucket that CloudTrail delivers to."
  type        = string
}

variable "trail_prefix" {
  description = "What is before AWSLogs/ in that bucket, with its closing slash; empty for none."
  type        = string
  default     = ""
}

variable "lake_bucket" {
  description = "Bucket of the lake."
  type        = string
}

variable "lake_prefix" {
  description = "Where the lake is in that bucket, without a closing slash."
  type        = string
  default     = "trails"
}

variable "kms_key_arns" {
  description = "KMS keys of both buckets; none by default."
  type        = list(string)
  default     = []
}

variable "subnets" {
  description = "Subnets with a way to S3: a gateway endpoint is the cheapest."
  type        = list(string)
}

variable "security_groups" {
  description = "Security groups of the tasks."
  type        = list(string)
}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "tasks_assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "lake" {
  statement {
    sid       = "ListTrailAndLake"
    actions   = ["s3:ListBucket"]
    resources = [for bucket in [var.trail_bucket, var.lake_bucket] : "arn:${data.aws_partition.current.partition}:s3:::${bucket}"]
  }
  statement {
    sid       = "ReadTrail"
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.trail_bucket}/${var.trail_prefix}AWSLogs/*"]
  }
  statement {
    sid       = "WriteLake"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.lake_bucket}/${var.lake_prefix}/*"]
  }
  dynamic "statement" {
    for_each = length(var.kms_key_arns) > 0 ? [1] : []
    content {
      sid       = "Keys"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = var.kms_key_arns
    }
  }
}

resource "aws_iam_role" "job" {
  name_prefix        = "invoketrail-lake-"
  assume_role_policy = data.aws_iam_policy_document.tasks_assume.json
}

resource "aws_iam_role_policy" "lake" {
  name   = "lake"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.lake.json
}

# Fargate itself pulls the image and writes the log with this one.
resource "aws_iam_role" "execution" {
  name_prefix        = "invoketrail-pull-"
  assume_role_policy = data.aws_iam_policy_document.tasks_assume.json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_batch_compute_environment" "spot" {
  type = "MANAGED"
  compute_resources {
    type               = "FARGATE_SPOT"
    max_vcpus          = 64
    subnets            = var.subnets
    security_group_ids = var.security_groups
  }
}

resource "aws_batch_job_queue" "lake" {
  name     = "invoketrail-lake"
  state    = "ENABLED"
  priority = 1
  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.spot.arn
  }
}

resource "aws_batch_job_definition" "lake" {
  name                  = "invoketrail-lake"
  type                  = "container"
  platform_capabilities = ["FARGATE"]
  parameters = {
    shards = "16"
    since  = "2d"
  }
  container_properties = jsonencode({
    image = var.image
    command = [
      "sh", "-c",
      "exec invoketrail lake write s3://${var.trail_bucket}/${var.trail_prefix} --to s3://${var.lake_bucket}/${var.lake_prefix} --shard \"$AWS_BATCH_JOB_ARRAY_INDEX/$0\" --since \"$1\"",
      "Ref::shards", "Ref::since",
    ]
    jobRoleArn           = aws_iam_role.job.arn
    executionRoleArn     = aws_iam_role.execution.arn
    resourceRequirements = [{ type = "VCPU", value = "2" }, { type = "MEMORY", value = "4096" }]
  })
  # A reclaimed Spot task is begun anew. Exit code 4 says that something could not be read: another try reads the same.
  retry_strategy {
    attempts = 5
    evaluate_on_exit {
      action       = "EXIT"
      on_exit_code = "4"
    }
    evaluate_on_exit {
      action           = "RETRY"
      on_status_reason = "*"
    }
  }
  timeout {
    attempt_duration_seconds = 14400
  }
}

output "queue" {
  value = aws_batch_job_queue.lake.name
}

output "definition" {
  value = aws_batch_job_definition.lake.name
}
