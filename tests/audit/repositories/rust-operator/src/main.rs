fn main() { let _ = std::env::var("WATCH_NAMESPACE"); }
