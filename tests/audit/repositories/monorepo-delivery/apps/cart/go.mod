module shop/cart

go 1.24
