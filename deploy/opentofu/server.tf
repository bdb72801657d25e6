locals {
  labels = { "app.kubernetes.io/name" = "sandjar" }

  private_registry = nonsensitive(var.registry != null) # what depends on the secret itself may not say how many there are of something

  settings = merge({
    SANDJAR_RUNTIME                  = "kubernetes"
    SANDJAR_KUBERNETES_NAMESPACE     = kubernetes_namespace.sandboxes.metadata[0].name
    SANDJAR_KUBERNETES_IMAGE         = var.sandbox_image
    SANDJAR_KUBERNETES_NODE_SELECTOR = "sandjar.dev/sandboxes=true"
    SANDJAR_KUBERNETES_TOLERATIONS   = "sandjar.dev/sandboxes=true:NoSchedule"
    SANDJAR_AUTH_TOKEN_FILE          = "/etc/sandjar/tokens/tokens"
    SANDJAR_AUTH_KUBERNETES          = "true"
    SANDJAR_TEMPLATES_DEFAULT_WARM   = tostring(var.warm)
    }, length(var.egress) == 0 ? {} : {
    SANDJAR_KUBERNETES_EGRESS = join(",", var.egress)
    }, local.private_registry ? {
    SANDJAR_KUBERNETES_PULL_SECRETS = "registry"
  } : {})
}

resource "kubernetes_namespace" "server" {
  metadata {
    name   = "sandjar"
    labels = { "pod-security.kubernetes.io/enforce" = "restricted" }
  }
}

resource "kubernetes_namespace" "sandboxes" {
  metadata {
    name   = "sandjar-sandboxes"
    labels = { "pod-security.kubernetes.io/enforce" = "restricted" }
  }
}

resource "kubernetes_secret" "registry" {
  for_each = local.private_registry ? toset([
    kubernetes_namespace.server.metadata[0].name,
    kubernetes_namespace.sandboxes.metadata[0].name,
  ]) : toset([])

  metadata {
    name      = "registry"
    namespace = each.value
  }

  type = "kubernetes.io/dockerconfigjson"

  data = {
    ".dockerconfigjson" = jsonencode({
      auths = {
        (var.registry.server) = {
          username = var.registry.username
          password = var.registry.password
          auth     = base64encode("${var.registry.username}:${var.registry.password}")
        }
      }
    })
  }
}

resource "random_password" "token" {
  length  = 43
  special = false
}

resource "kubernetes_secret" "tokens" {
  metadata {
    name      = "sandjar-tokens"
    namespace = kubernetes_namespace.server.metadata[0].name
  }

  data = { tokens = "${random_password.token.result}\n" }
}

resource "kubernetes_service_account" "server" {
  metadata {
    name      = "sandjar"
    namespace = kubernetes_namespace.server.metadata[0].name
  }
}

resource "kubernetes_role" "server" {
  metadata {
    name      = "sandjar"
    namespace = kubernetes_namespace.sandboxes.metadata[0].name
  }

  rule {
    api_groups = [""]
    resources  = ["pods", "secrets"]
    verbs      = ["create", "delete", "get", "list", "patch", "watch"]
  }

  rule {
    api_groups = [""]
    resources  = ["events"]
    verbs      = ["list"]
  }

  rule {
    api_groups = [""]
    resources  = ["configmaps"]
    verbs      = ["create", "get", "update"]
  }

  rule {
    api_groups = ["networking.k8s.io"]
    resources  = ["networkpolicies"]
    verbs      = ["create", "delete", "get", "update"]
  }

  rule {
    api_groups = ["coordination.k8s.io"]
    resources  = ["leases"]
    verbs      = ["create", "delete", "get", "list", "update"]
  }
}

resource "kubernetes_role_binding" "server" {
  metadata {
    name      = "sandjar"
    namespace = kubernetes_namespace.sandboxes.metadata[0].name
  }

  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Role"
    name      = kubernetes_role.server.metadata[0].name
  }

  subject {
    kind      = "ServiceAccount"
    name      = kubernetes_service_account.server.metadata[0].name
    namespace = kubernetes_namespace.server.metadata[0].name
  }
}

resource "kubernetes_cluster_role" "token_review" {
  metadata {
    name = "sandjar-token-review"
  }

  rule {
    api_groups = ["authentication.k8s.io"]
    resources  = ["tokenreviews"]
    verbs      = ["create"]
  }
}

resource "kubernetes_cluster_role_binding" "token_review" {
  metadata {
    name = "sandjar-token-review"
  }

  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = kubernetes_cluster_role.token_review.metadata[0].name
  }

  subject {
    kind      = "ServiceAccount"
    name      = kubernetes_service_account.server.metadata[0].name
    namespace = kubernetes_namespace.server.metadata[0].name
  }
}

resource "kubernetes_deployment" "server" {
  metadata {
    name      = "sandjar"
    namespace = kubernetes_namespace.server.metadata[0].name
    labels    = local.labels
  }

  spec {
    replicas = var.replicas

    selector {
      match_labels = local.labels
    }

    template {
      metadata {
        labels = local.labels
      }

      spec {
        service_account_name             = kubernetes_service_account.server.metadata[0].name
        enable_service_links             = false
        termination_grace_period_seconds = 40

        dynamic "image_pull_secrets" {
          for_each = kubernetes_secret.registry
          content {
            name = "registry"
          }
        }

        security_context {
          run_as_non_root = true
          run_as_user     = 10001
          run_as_group    = 10001
          fs_group        = 10001

          seccomp_profile {
            type = "RuntimeDefault"
          }
        }

        container {
          name  = "server"
          image = var.server_image

          dynamic "env" {
            for_each = local.settings
            content {
              name  = env.key
              value = env.value
            }
          }

          port {
            name           = "http"
            container_port = 8080
          }

          startup_probe {
            http_get {
              path = "/health"
              port = "http"
            }
            period_seconds    = 1
            failure_threshold = 60
          }

          readiness_probe {
            http_get {
              path = "/health"
              port = "http"
            }
            period_seconds = 5
          }

          resources {
            requests = { cpu = "250m", memory = "384Mi" }
            limits   = { cpu = "2", memory = "768Mi" }
          }

          security_context {
            allow_privilege_escalation = false
            read_only_root_filesystem  = true

            capabilities {
              drop = ["ALL"]
            }
          }

          volume_mount {
            name       = "tokens"
            mount_path = "/etc/sandjar/tokens"
            read_only  = true
          }

          volume_mount {
            name       = "tmp"
            mount_path = "/tmp"
          }
        }

        volume {
          name = "tokens"

          secret {
            secret_name  = kubernetes_secret.tokens.metadata[0].name
            default_mode = "0440"
          }
        }

        volume {
          name = "tmp"
          empty_dir {}
        }
      }
    }
  }
}

resource "kubernetes_pod_disruption_budget_v1" "server" {
  metadata {
    name      = "sandjar"
    namespace = kubernetes_namespace.server.metadata[0].name
  }

  spec {
    min_available = 1

    selector {
      match_labels = local.labels
    }
  }
}

# Plain HTTP inside; end TLS here or give the server its certificate before anybody outside the allowed networks uses it
resource "kubernetes_service" "server" {
  metadata {
    name      = "sandjar"
    namespace = kubernetes_namespace.server.metadata[0].name
  }

  spec {
    type                        = "LoadBalancer"
    selector                    = local.labels
    session_affinity            = "ClientIP"
    load_balancer_source_ranges = var.allowed_clients

    port {
      name        = "http"
      port        = 80
      target_port = "http"
    }
  }
}
