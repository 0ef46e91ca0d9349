open("/built/with/it", "w").close()
