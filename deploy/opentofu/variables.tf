variable "name" {
  description = "Prefix of everything that is made."
  type        = string
  default     = "sandjar"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.name))
    error_message = "name must be 2 to 21 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "region" {
  description = "Where, such as westeurope."
  type        = string
}

variable "kubernetes_version" {
  description = "Of the cluster; null for the region's default."
  type        = string
  default     = null
}

variable "server_node_size" {
  description = "Machines for the server and the cluster's own parts."
  type        = string
  default     = "Standard_D2s_v5"
}

variable "sandbox_node_size" {
  description = "Machines for sandboxes; see Sizes in deploy/README.md."
  type        = string
  default     = "Standard_D8s_v5"
}

variable "sandbox_nodes_min" {
  description = "Sandbox nodes that are always there."
  type        = number
  default     = 1
}

variable "sandbox_nodes_max" {
  description = "Sandbox nodes at most."
  type        = number
  default     = 5
}

variable "server_image" {
  description = "Image of deploy/images/server, such as registry.example/sandjar-server:0.1.0."
  type        = string
}

variable "sandbox_image" {
  description = "Image of a sandbox that names none, such as the one of deploy/images/sandbox."
  type        = string
  default     = "python:3.11"
}

variable "registry" {
  description = "Where private images are pulled from; null for none."
  type = object({
    server   = string
    username = string
    password = string
  })
  default   = null
  sensitive = true
}

variable "replicas" {
  description = "Servers."
  type        = number
  default     = 2
}

variable "warm" {
  description = "Sandboxes of the template \"default\" that each replica keeps made ahead."
  type        = number
  default     = 5
}

variable "egress" {
  description = "Networks that sandboxes with network may reach; none by default."
  type        = list(string)
  default     = []
}

variable "allowed_clients" {
  description = "Networks whose requests the load balancer takes."
  type        = list(string)
}
