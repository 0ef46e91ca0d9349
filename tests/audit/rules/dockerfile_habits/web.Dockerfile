FROM node:22.11 AS build
COPY package.json yarn.lock /app/
RUN yarn install --frozen-lockfile
FROM node:22.11
COPY package.json yarn.lock /app/
# want info DF050
RUN yarn install --frozen-lockfile
RUN --mount=type=cache,target=/root/.yarn yarn install --production
RUN yarn install && yarn cache clean
USER 1000
CMD ["node", "main.js"]
