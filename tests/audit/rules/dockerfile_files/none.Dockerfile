FROM node:22.9-alpine
WORKDIR /app
# no lock file lies here
COPY package*.json ./
RUN npm install
USER 1000
