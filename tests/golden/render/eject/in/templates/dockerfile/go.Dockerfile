# this one was here before
