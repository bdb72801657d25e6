output "address" {
  description = "Where the server is reached."
  value       = "http://${kubernetes_service.server.status[0].load_balancer[0].ingress[0].ip}"
}

output "token" {
  description = "Of the operator: SANDBOX_API_TOKEN."
  value       = random_password.token.result
  sensitive   = true
}

output "kubeconfig" {
  description = "For kubectl."
  value       = azurerm_kubernetes_cluster.sandjar.kube_config_raw
  sensitive   = true
}

output "resource_group" {
  description = "Everything that was made is in it."
  value       = azurerm_resource_group.sandjar.name
}
