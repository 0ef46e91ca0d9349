FROM node:22.9-alpine
# want warning DF007
USER node
CMD ["node", "server.js"]
