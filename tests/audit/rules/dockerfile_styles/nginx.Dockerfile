# want error DF006
# want info DF017
FROM nginx:1.27-alpine
COPY nginx.conf /etc/nginx/conf.d/default.conf
COPY --from=node:20-alpine /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY dist/ /usr/share/nginx/html
EXPOSE 80
CMD ["nginx", "-g", "daemon off;"]
