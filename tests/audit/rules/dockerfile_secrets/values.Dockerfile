FROM debian:12.7
# want error DF020
ENV DB_PASSWORD=hunter2
# want error DF022
ARG NPM_TOKEN
# want error DF020
ARG API_KEY=abc
# want error DF020
ENV SESSION_SECRET $SESSION
ENV DB_PASSWORD_FILE=/run/secrets/db TOKEN_TTL=3600 PUBLIC_KEY=abc NEXT_PUBLIC_API_KEY=abc
ENV SECRET= KEY=value USE_TOKEN=true AUTH_URL=https://example.com KEYCLOAK=x MONKEY=y
# want error DF020
COPY .env /app/
# want error DF020
# want error DF020
COPY config/tls.key id_rsa /etc/app/
COPY .env.example tls.crt id_rsa.pub /app/
COPY docker.gpg.key /tmp/
COPY vendor.key /etc/apt/keyrings/
COPY --from=debian:12.7 /x/.env /app/
# want error DF021
RUN git clone https://bot:hunter2@git.example.com/app.git /app
RUN git clone https://bot:${PASSWORD:-}@git.example.com/app.git /app
RUN git clone https://git.example.com/@scope/a:b /app
RUN --mount=type=secret,id=npm,target=/root/.npmrc npm ci
USER 10001
