use std::fs::{self, File, OpenOptions};

const QUEUE: &str = "/queue"; // # also XA028

fn main() -> std::io::Result<()> {
    fs::create_dir_all(QUEUE)?;
    File::create("/last/seen")?; // # also XA028
    fs::write(format!("/parts/{}", 1), b"")?; // # also XA028
    OpenOptions::new()
        .append(true)
        .open("/journal/log")?; // # also XA028
    File::open("/etc/relay.toml")?;
    OpenOptions::new().read(true).open("/etc/other.toml")?;
    std::env::temp_dir(); // # also XA028
    Ok(())
}

#[cfg(test)]
mod tests {
    fn prepare() {
        std::fs::write("/in/the/tests", b"").unwrap();
    }
}
