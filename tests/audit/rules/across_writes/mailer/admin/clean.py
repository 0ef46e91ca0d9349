open("/left/out", "w").close()
