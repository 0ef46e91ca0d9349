import os

key = os.environ["BATCH_KEY"]  # may stand in the file that isn't here
