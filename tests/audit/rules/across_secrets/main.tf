resource "kubernetes_secret" "a" {
  metadata { name = "by-terraform" }
}
