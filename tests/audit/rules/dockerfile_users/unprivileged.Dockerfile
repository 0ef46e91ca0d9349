# want info DF017
FROM nginxinc/nginx-unprivileged:1.27
EXPOSE 8080
