# want info DF029
FROM node:22.9
RUN npm test
FROM node:22.9 AS test
RUN npm test
FROM node:22.9
RUN npm run build
FROM node:22.9 AS needed
COPY --from=2 /a /b
FROM needed
USER 10001
