const port = Number(process.env.PORT || 3000);
const cart = process.env.CART_URL;
app.get('/live', (q, r) => r.end());
