# only: DF024,DF033,DF054,DF065
FROM --platform=linux/arm64 debian:12.7-slim
USER 10001
