using System.IO;

Directory.CreateDirectory("/invoices"); // # also XA028
File.WriteAllText($"/bills/{args[0]}.txt", ""); // # also XA028
using var log = new StreamWriter("/logs/billing.log"); // # also XA028
using var read = new FileStream("/etc/billing.json", FileMode.Open);
using var made = new FileStream("/made/here", FileMode.Create); // # also XA028
var scratch = Path.GetTempFileName(); // # also XA028
File.ReadAllText("/etc/other.json");
