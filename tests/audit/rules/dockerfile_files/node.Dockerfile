FROM node:22.9-alpine AS sources
WORKDIR /app
# want info DF068
COPY . .
RUN npm ci
FROM node:22.9-alpine AS manifest
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
FROM node:22.9-alpine AS cached
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci
FROM node:22.9-alpine AS glob
WORKDIR /app
# want warning DF047
COPY package.json package-lock.json* ./
RUN npm ci
FROM node:22.9-alpine AS any
WORKDIR /app
COPY package.json yarn.lock* package-lock.json* pnpm-lock.yaml* ./
RUN npm ci
FROM node:22.9-alpine
WORKDIR /app
COPY package.json package-lock.json ./
# want warning DF046
RUN npm install
USER 1000
