resource "azurerm_resource_group" "sandjar" {
  name     = var.name
  location = var.region
}

resource "azurerm_kubernetes_cluster" "sandjar" {
  name                = var.name
  location            = azurerm_resource_group.sandjar.location
  resource_group_name = azurerm_resource_group.sandjar.name
  dns_prefix          = var.name
  kubernetes_version  = var.kubernetes_version

  # enforces the NetworkPolicy that closes sandboxes; without such a plugin they would be open
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_policy      = "cilium"
    network_data_plane  = "cilium"
  }

  default_node_pool {
    name       = "server"
    vm_size    = var.server_node_size
    node_count = 2
  }

  identity {
    type = "SystemAssigned"
  }
}

# Machines of their own: a sandbox that breaks out of its container finds other sandboxes, not the server
resource "azurerm_kubernetes_cluster_node_pool" "sandboxes" {
  name                  = "sandboxes"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.sandjar.id
  vm_size               = var.sandbox_node_size
  auto_scaling_enabled  = true
  min_count             = var.sandbox_nodes_min
  max_count             = var.sandbox_nodes_max
  max_pods              = 250
  node_labels           = { "sandjar.dev/sandboxes" = "true" }
  node_taints           = ["sandjar.dev/sandboxes=true:NoSchedule"]
}
