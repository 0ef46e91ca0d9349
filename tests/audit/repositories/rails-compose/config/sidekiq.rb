require "sidekiq"
Sidekiq.configure_server { |c| c.redis = { url: ENV.fetch("REDIS_URL") } }
