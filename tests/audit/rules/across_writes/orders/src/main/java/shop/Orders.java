package shop;

import java.io.File;
import java.io.FileWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

public final class Orders {
    private static final String EXPORTS = "/exports"; // # also XA028

    void export(String name, Path given) throws Exception {
        Files.createDirectories(Paths.get(EXPORTS, name));
        Files.writeString(Path.of("/invoices/last"), name); // # also XA028
        new File("/var/lock/orders").mkdirs(); // # also XA028
        try (FileWriter writer = new FileWriter("/audit/" + name)) { // # also XA028
            writer.write(name);
        }
        Files.createTempFile("order", ".pdf"); // # also XA028
        Files.createTempFile(given, "order", ".pdf");
        Files.write(given, name.getBytes());
        Files.readString(Path.of("/etc/orders.conf"));
    }
}
