fn main() {
    let url = std::env::var("SUM_URL").expect("SUM_URL"); // # want warning XA006
    let level = std::env::var("SUM_LEVEL").unwrap();
    let size = std::env::var("SUM_SIZE").unwrap_or_default();
}
