FROM node:22.9-alpine
ARG APP_USER
ARG APP_ID=1000
USER ${APP_USER}
USER ${APP_ID}:1000
CMD ["node", "server.js"]
