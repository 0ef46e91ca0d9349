const express = require('express');
const app = express();
const port = process.env.PORT || 3000;
const cartUrl = process.env.CART_URL ?? 'http://cart:3000';
app.get('/healthz', (_req, res) => res.send('ok'));
app.listen(port);
