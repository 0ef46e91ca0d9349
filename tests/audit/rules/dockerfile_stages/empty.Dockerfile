# nothing at all # want error DF001
