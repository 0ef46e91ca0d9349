open("/never/copied", "w").close()
